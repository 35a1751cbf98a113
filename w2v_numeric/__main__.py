"""python -m w2v_numeric is the command w2v."""

from w2v_numeric.cli import main

if __name__ == "__main__":
    main()
