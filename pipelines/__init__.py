"""The engine: records, pure analysis, storage and the six thin Scrapy stages."""
