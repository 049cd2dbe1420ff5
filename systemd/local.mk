# systemd: unit files, installed when the folder for them is known
dist_units =
EXTRA_DIST += $(dist_units)
if SYSTEMD_UNITS
systemdsystemunit_DATA = $(dist_units)
endif
