package org.kunitjvm.kunit.run;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The few facts about a class that discovery needs, read from its file without loading it: its name, one annotation
 * with its plain elements, and its methods in source order, which reflection does not promise.
 *
 * @param className binary name
 * @param annotation the elements of the wanted annotation, as text; {@code null} if the class does not have it
 * @param methods name and descriptor of each method, in the order of the source
 * @param lines the first line of code of each, or 0
 */
record ClassFileSketch(String className, @Nullable Map<String, String> annotation, List<String> methods,
    List<Integer> lines) {
    /** Of a class whose file cannot be had. */
    static final ClassFileSketch NOTHING = new ClassFileSketch("", null, List.of(), List.of());

    private static final int MAGIC = 0xcafebabe;

    /** Read a class file; {@code annotationType} is a descriptor such as {@code Lorg/x/Y;}. */
    static ClassFileSketch read(byte[] classFile, String annotationType) throws IOException {
        return new Reader(classFile).read(annotationType);
    }

    /** The first line of code of a method, given by name and descriptor; 0 if it is not known. */
    int line(String method) {
        int index = methods.indexOf(method);
        return index < 0 ? 0 : lines.get(index);
    }

    /** Whether the constant pool may mention {@code text}: a quick no for almost every class. */
    static boolean mentions(byte[] classFile, byte[] text) {
        int last = classFile.length - text.length;
        for (int i = 0; i <= last; i++) {
            if (classFile[i] == text[0] && matchesAt(classFile, i, text)) {
                return true;
            }
        }
        return false;
    }

    /** The names of the classes that the constant pool refers to, with slashes. */
    static Set<String> classes(byte[] classFile) throws IOException {
        return new Reader(classFile).classes();
    }

    private static boolean matchesAt(byte[] in, int at, byte[] text) {
        for (int i = 1; i < text.length; i++) {
            if (in[at + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Walks through one class file (JVMS chapter 4). */
    private static final class Reader {
        private final DataInputStream in;
        private final List<Integer> classEntries = new ArrayList<>();
        private Object[] pool = {};

        Reader(byte[] classFile) {
            this.in = new DataInputStream(new ByteArrayInputStream(classFile));
        }

        private void readHead() throws IOException {
            if (in.readInt() != MAGIC) {
                throw new IOException("not a class file");
            }
            in.readInt();
            readPool();
        }

        Set<String> classes() throws IOException {
            readHead();
            Set<String> names = new LinkedHashSet<>();
            for (int index : classEntries) {
                names.add(text((Integer) pool[index]));
            }
            return names;
        }

        ClassFileSketch read(String annotationType) throws IOException {
            readHead();
            in.readUnsignedShort();
            String name = className(in.readUnsignedShort());
            in.readUnsignedShort();
            in.skipNBytes(2L * in.readUnsignedShort());
            members();
            List<String> methods = new ArrayList<>();
            List<Integer> lines = new ArrayList<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                in.readUnsignedShort();
                methods.add(text(in.readUnsignedShort()) + text(in.readUnsignedShort()));
                lines.add(firstLine());
            }
            return new ClassFileSketch(name, annotation(annotationType), methods, lines);
        }

        private void readPool() throws IOException {
            pool = new Object[in.readUnsignedShort()];
            for (int i = 1; i < pool.length; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> pool[i] = in.readUTF();
                    case 3 -> pool[i] = in.readInt();
                    case 4 -> in.readInt();
                    case 5, 6 -> {
                        in.readLong();
                        i++;
                    }
                    case 7 -> {
                        pool[i] = in.readUnsignedShort();
                        classEntries.add(i);
                    }
                    case 8, 16, 19, 20 -> in.readUnsignedShort();
                    case 9, 10, 11, 12, 17, 18 -> in.readInt();
                    case 15 -> in.skipNBytes(3);
                    default -> throw new IOException("constant pool tag " + tag);
                }
            }
        }

        private String text(int index) {
            return String.valueOf(pool[index]);
        }

        private String className(int index) {
            return text((Integer) pool[index]).replace('/', '.');
        }

        private void members() throws IOException {
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                in.skipNBytes(6);
                skipAttributes();
            }
        }

        private void skipAttributes() throws IOException {
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                in.readUnsignedShort();
                skipAttribute();
            }
        }

        private void skipAttribute() throws IOException {
            in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
        }

        /** Read a method's attributes; the line of the first instruction that has one. */
        private int firstLine() throws IOException {
            int line = 0;
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                if (!text(in.readUnsignedShort()).equals("Code")) {
                    skipAttribute();
                    continue;
                }
                in.skipNBytes(8);
                in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
                in.skipNBytes(8L * in.readUnsignedShort());
                for (int parts = in.readUnsignedShort(); parts > 0; parts--) {
                    boolean table = text(in.readUnsignedShort()).equals("LineNumberTable");
                    line = table && line == 0 ? lineTable() : skipped(line);
                }
            }
            return line;
        }

        private int skipped(int line) throws IOException {
            skipAttribute();
            return line;
        }

        private int lineTable() throws IOException {
            in.readInt();
            int line = 0;
            for (int entries = in.readUnsignedShort(); entries > 0; entries--) {
                in.readUnsignedShort();
                int next = in.readUnsignedShort();
                line = line == 0 ? next : line;
            }
            return line;
        }

        private @Nullable Map<String, String> annotation(String type) throws IOException {
            Map<String, String> found = null;
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                boolean visible = text(in.readUnsignedShort()).equals("RuntimeVisibleAnnotations");
                long length = Integer.toUnsignedLong(in.readInt());
                if (!visible) {
                    in.skipNBytes(length);
                    continue;
                }
                for (int left = in.readUnsignedShort(); left > 0; left--) {
                    boolean wanted = text(in.readUnsignedShort()).equals(type);
                    Map<String, String> elements = elements();
                    found = wanted ? elements : found;
                }
            }
            return found;
        }

        private Map<String, String> elements() throws IOException {
            Map<String, String> elements = new LinkedHashMap<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                String name = text(in.readUnsignedShort());
                elements.put(name, value());
            }
            return elements;
        }

        private String value() throws IOException {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 'e' -> {
                    in.readUnsignedShort();
                    return text(in.readUnsignedShort());
                }
                case '@' -> {
                    in.readUnsignedShort();
                    return elements().toString();
                }
                case '[' -> {
                    List<String> values = new ArrayList<>();
                    for (int left = in.readUnsignedShort(); left > 0; left--) {
                        values.add(value());
                    }
                    return values.toString();
                }
                default -> {
                    return text(in.readUnsignedShort());
                }
            }
        }
    }
}
