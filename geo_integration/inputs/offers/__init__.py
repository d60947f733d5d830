"""Lists of offers: workbooks and other sources -> OFFERS, SESSIONS."""
