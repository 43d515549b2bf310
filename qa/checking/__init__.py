"""Whether a source bears out a sentence: see `support.check`.

wording     text made comparable: folded characters, words, stems
quantities  dates  names  polarity  tongues
            what a sentence states: numbers, dates, names and speakers, denials; and in which language
facts       all of that of one text
evidence    from sources to the few sentences to hold a statement against
binding     which place of a source a number or name of the statement answers to
agreement   attribution
            what must not differ: figures, dates, codes, quotations, names, denials, speakers
support     the verdict, with its reason and a score
"""
