"""Tags of the Storefront's templates."""
