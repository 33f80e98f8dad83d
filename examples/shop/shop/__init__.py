"""A shop in three services. `shop.api` is generated from the contracts; everything else was written by hand."""
