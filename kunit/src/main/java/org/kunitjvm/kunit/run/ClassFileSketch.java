package org.kunitjvm.kunit.run;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The few facts about a class that discovery needs, read from its file without loading it: its name, its annotations
 * with their plain elements, and its methods in source order, which reflection does not promise. Reflection would also
 * generate a class for every type of annotation, which costs more than all the rest of discovery.
 *
 * @param className binary name
 * @param annotations the annotations of the class
 * @param methods its methods that somebody wrote, in the order of the source
 */
record ClassFileSketch(String className, Marks annotations, List<MethodSketch> methods) {
    private static final int MAGIC = 0xcafebabe;
    private static final int ACC_SYNTHETIC = 0x1000;

    /**
     * The annotations of one element that are visible at run time.
     *
     * @param elements what is written out of each annotation, as text, by its descriptor such as {@code Lorg/x/Y;}
     */
    record Marks(Map<String, Map<String, String>> elements) {
        static final Marks NONE = new Marks(Map.of());

        /** The same, and one more. */
        Marks with(String descriptor, Map<String, String> more) {
            Map<String, Map<String, String>> all = new LinkedHashMap<>(elements);
            all.put(descriptor, more);
            return new Marks(all);
        }

        /** The elements of an annotation that are written out, or {@code null} if it is not there. */
        @Nullable Map<String, String> of(Class<? extends Annotation> type) {
            return elements.get(type.descriptorString());
        }

        boolean have(Class<? extends Annotation> type) {
            return of(type) != null;
        }
    }

    /**
     * A method.
     *
     * @param key its name, and its descriptor right behind
     * @param line the first line of its code, or 0 if that is not known
     */
    record MethodSketch(String key, Marks annotations, int line) {
        String name() {
            return key.substring(0, key.indexOf('('));
        }

        /** Whether it gives nothing back. */
        boolean isVoid() {
            return key.endsWith(")V");
        }

        boolean returnsInt() {
            return key.endsWith(")I");
        }

        /** Whether its parameters are one of this type and {@code more} others. */
        boolean takes(Class<?> first, int more) {
            String type = first.descriptorString();
            int at = key.indexOf('(') + 1;
            return key.startsWith(type, at) && parametersFrom(at + type.length()) == more;
        }

        int parameterCount() {
            return parametersFrom(key.indexOf('(') + 1);
        }

        /** Whether the last of its parameters is of this type. */
        boolean endsWith(Class<?> last) {
            return key.contains(last.descriptorString() + ")");
        }

        private int parametersFrom(int start) {
            int count = 0;
            for (int at = start; key.charAt(at) != ')'; at++) {
                while (key.charAt(at) == '[') {
                    at++;
                }
                at = key.charAt(at) == 'L' ? key.indexOf(';', at) : at;
                count++;
            }
            return count;
        }
    }

    /** Read a class file. */
    static ClassFileSketch read(byte[] classFile) throws IOException {
        return new Reader(classFile).read();
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
        /** The first line of the method that is being read. */
        private int firstLine;

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

        ClassFileSketch read() throws IOException {
            readHead();
            in.readUnsignedShort();
            String name = className(in.readUnsignedShort());
            in.readUnsignedShort();
            in.skipNBytes(2L * in.readUnsignedShort());
            members();
            List<MethodSketch> methods = members();
            return new ClassFileSketch(name, marks(), methods);
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

        /** Fields or methods, whichever come next. */
        private List<MethodSketch> members() throws IOException {
            List<MethodSketch> members = new ArrayList<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                boolean written = (in.readUnsignedShort() & ACC_SYNTHETIC) == 0;
                String key = text(in.readUnsignedShort()) + text(in.readUnsignedShort());
                firstLine = 0;
                Marks marks = marks();
                if (written) {
                    members.add(new MethodSketch(key, marks, firstLine));
                }
            }
            return members;
        }

        /** The attributes that come next: the annotations among them, and the first line of code. */
        private Marks marks() throws IOException {
            Map<String, Map<String, String>> found = new LinkedHashMap<>();
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                switch (text(in.readUnsignedShort())) {
                    case "RuntimeVisibleAnnotations" -> {
                        in.readInt();
                        for (int left = in.readUnsignedShort(); left > 0; left--) {
                            found.put(text(in.readUnsignedShort()), elements());
                        }
                    }
                    case "Code" -> readCode();
                    default -> skipAttribute();
                }
            }
            return new Marks(found);
        }

        private void skipAttribute() throws IOException {
            in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
        }

        private void readCode() throws IOException {
            in.skipNBytes(8);
            in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
            in.skipNBytes(8L * in.readUnsignedShort());
            for (int parts = in.readUnsignedShort(); parts > 0; parts--) {
                if (text(in.readUnsignedShort()).equals("LineNumberTable") && firstLine == 0) {
                    readLines();
                } else {
                    skipAttribute();
                }
            }
        }

        private void readLines() throws IOException {
            in.readInt();
            for (int entries = in.readUnsignedShort(); entries > 0; entries--) {
                in.readUnsignedShort();
                int line = in.readUnsignedShort();
                firstLine = firstLine == 0 ? line : firstLine;
            }
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
