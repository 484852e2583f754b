"""Do the files of the release hold anything that attacks or betrays?"""
