package org.kunitjvm.kunit.kconfig;

import java.util.Locale;

/** What a run of conf does. */
enum ConfMode {
    OLDASKCONFIG,
    OLDCONFIG,
    SYNCCONFIG,
    DEFCONFIG,
    SAVEDEFCONFIG,
    ALLNOCONFIG,
    ALLYESCONFIG,
    ALLMODCONFIG,
    ALLDEFCONFIG,
    RANDCONFIG,
    LISTNEWCONFIG,
    HELPNEWCONFIG,
    OLDDEFCONFIG,
    YES2MODCONFIG,
    MOD2YESCONFIG,
    MOD2NOCONFIG;

    /** The name of the option that selects the mode, without dashes. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean hasFileArgument() {
        return this == DEFCONFIG || this == SAVEDEFCONFIG;
    }

    /** Whether the mode starts from nothing but the fragment that KCONFIG_ALLCONFIG names. */
    boolean startsEmpty() {
        return switch (this) {
            case ALLNOCONFIG, ALLYESCONFIG, ALLMODCONFIG, ALLDEFCONFIG, RANDCONFIG -> true;
            default -> false;
        };
    }

    /** The fragment that is read first if KCONFIG_ALLCONFIG names none. */
    String fragmentName() {
        return switch (this) {
            case ALLNOCONFIG -> "allno.config";
            case ALLYESCONFIG -> "allyes.config";
            case ALLMODCONFIG -> "allmod.config";
            case ALLDEFCONFIG -> "alldef.config";
            default -> "allrandom.config";
        };
    }
}
