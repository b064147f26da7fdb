"""What is measured: `make bench`, or `python -m bench a d --quick`. The results stand in README.md."""
