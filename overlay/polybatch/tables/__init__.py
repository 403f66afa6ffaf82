"""Tables: files and objects of rows that requests are made of, and into which results are written."""
