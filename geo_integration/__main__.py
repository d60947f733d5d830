"""python -m geo_integration."""

from geo_integration.cli import main

if __name__ == "__main__":
    main()
