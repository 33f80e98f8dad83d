"""A shop in three services. What is in `shop.api` is generated from the contracts; everything else was written by hand."""
