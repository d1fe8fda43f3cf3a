"""Pages of the documentation that are made from results: every claim with its verdict, every source document with its claims."""
