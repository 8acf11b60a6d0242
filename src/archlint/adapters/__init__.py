"""The only modules that touch disk, processes, environment and clock; each implements a port."""
