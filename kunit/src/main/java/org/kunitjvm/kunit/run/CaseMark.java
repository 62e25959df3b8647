package org.kunitjvm.kunit.run;

import java.util.Map;

import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.Speed;

/** What a {@link KunitCase} says, as the class file has it. */
record CaseMark(String name, Speed speed, String params, String desc, String paramInit, String paramExit,
    boolean explores) {
    /** What is written out, and the defaults of {@link KunitCase} for the rest. */
    static CaseMark of(Map<String, String> elements) {
        return new CaseMark(elements.getOrDefault("name", ""),
            Speed.valueOf(elements.getOrDefault("speed", Speed.UNSET.name())), elements.getOrDefault("params", ""),
            elements.getOrDefault("desc", ""), elements.getOrDefault("paramInit", ""),
            elements.getOrDefault("paramExit", ""), elements.getOrDefault("explores", "0").equals("1"));
    }
}
