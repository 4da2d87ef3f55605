"""Environments: installed as their locks say, told apart by fingerprints, proved."""
