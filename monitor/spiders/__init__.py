"""What Scrapy runs: yields Page records."""
