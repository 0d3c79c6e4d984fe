"""`python -m kvitto` is the same as `kvitto`."""

from kvitto.cli.main import main

if __name__ == "__main__":
    main()
