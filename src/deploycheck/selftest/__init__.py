"""How often a policy alarms on these very data where nothing is wrong, and which faults it sees."""
