"""From matches to mails, once each."""
