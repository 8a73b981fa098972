"""Purveyor: a business support system and Storefront for distributors of licences."""
