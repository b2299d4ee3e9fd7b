"""SMS as it is: segments, words of consent, merge fields, send windows, phone numbers. Pure rules."""
