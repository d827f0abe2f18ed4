"""What is learnt: courses read from Markdown, and the releases that were published of them."""
