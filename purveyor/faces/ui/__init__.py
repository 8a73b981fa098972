"""What the pages of every face have in common. It knows no business."""
