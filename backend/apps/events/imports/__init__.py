"""Reads scores from CSV files: in bounded memory, row by row, with a report of every row that is wrong.

column_map, lines, rows, file: from bytes to checked rows. parts: the upload, kept until it has been read.
models: the file, its rows and what was wrong with them, as rows of the database.
known, plan, store: what a chunk of rows changes. run: chunk after chunk. report: what came of it.
"""
