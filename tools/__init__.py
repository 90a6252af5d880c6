"""What makes the series: notebooks executed, forms, slides, pages. Each runs by `make`."""
