# packaging: for Debian and Red Hat
EXTRA_DIST += \
	packaging/build-deb \
	packaging/build-rpm \
	packaging/debian/changelog \
	packaging/debian/control \
	packaging/debian/copyright \
	packaging/debian/ntp.postinst \
	packaging/debian/ntp.postrm \
	packaging/debian/ntp.preinst \
	packaging/debian/ntpd.postinst \
	packaging/debian/ntpd.postrm \
	packaging/debian/ntpd.preinst \
	packaging/debian/rules \
	packaging/debian/source/format \
	packaging/rpm/ntpd.spec
