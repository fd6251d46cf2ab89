"""What is shown, as plain data: the same for the command line and for pages."""
