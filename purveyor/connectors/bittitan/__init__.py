"""BitTitan: migration licences, sold as coupons."""
