package watchword.crypto;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;

/** The few calls of the C library that keep memory out of swap and core files. A system that lacks one says so, and nothing breaks. */
final class Native {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private static final int MADV_DONTDUMP = 16;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int RLIMIT_CORE = 4;
    private static final int RLIMIT_MEMLOCK = 8;
    private static final long RLIM_INFINITY = -1L;
    private static final int MCL_CURRENT = 1;
    private static final int MCL_FUTURE = 2;
    private static final int MCL_ONFAULT = 4;

    private Native() {}

    /** What a call came to: nothing when it worked, otherwise why not. */
    record Outcome(Optional<String> failure) {
        static final Outcome DONE = new Outcome(Optional.empty());

        static Outcome failed(String why) {
            return new Outcome(Optional.of(why));
        }

        boolean done() {
            return failure.isEmpty();
        }
    }

    static Outcome lock(MemorySegment pages) {
        return call("mlock", FunctionDescriptor.of(INT, POINTER, LONG), pages, pages.byteSize());
    }

    static Outcome unlock(MemorySegment pages) {
        return call("munlock", FunctionDescriptor.of(INT, POINTER, LONG), pages, pages.byteSize());
    }

    static Outcome keepOutOfCoreFiles(MemorySegment pages) {
        if (!linux()) return Outcome.failed("only known on Linux");
        return call("madvise", FunctionDescriptor.of(INT, POINTER, LONG, INT), pages, pages.byteSize(), MADV_DONTDUMP);
    }

    static Outcome forbidDumpsAndTracing() {
        if (!linux()) return Outcome.failed("only known on Linux");
        var prctl = FunctionDescriptor.of(INT, INT, LONG, LONG, LONG, LONG);
        return call("prctl", prctl, new Linker.Option[] {Linker.Option.firstVariadicArg(1)}, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
    }

    static Outcome forbidCoreFiles() {
        if (!linux()) return Outcome.failed("only known on Linux");
        try (var arena = Arena.ofConfined()) {
            return call("setrlimit", FunctionDescriptor.of(INT, INT, POINTER), RLIMIT_CORE, arena.allocate(LONG, 2));
        }
    }

    /** Locks pages as they are first touched. Refused where a limit would let a later allocation, and so the process, fail. */
    static Outcome lockEverything() {
        if (!linux()) return Outcome.failed("only known on Linux");
        try (var arena = Arena.ofConfined()) {
            var limit = arena.allocate(LONG, 2);
            var read = call("getrlimit", FunctionDescriptor.of(INT, INT, POINTER), RLIMIT_MEMLOCK, limit);
            if (!read.done()) return read;
            if (limit.getAtIndex(LONG, 0) != RLIM_INFINITY) {
                return Outcome.failed("the limit on locked memory is " + limit.getAtIndex(LONG, 0) + " bytes; raise it with LimitMEMLOCK=infinity");
            }
        }
        return call("mlockall", FunctionDescriptor.of(INT, INT), MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    }

    private static boolean linux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    private static Outcome call(String name, FunctionDescriptor shape, Object... arguments) {
        return call(name, shape, new Linker.Option[0], arguments);
    }

    @SuppressWarnings("restricted")
    private static Outcome call(String name, FunctionDescriptor shape, Linker.Option[] options, Object... arguments) {
        var linker = Linker.nativeLinker();
        var symbol = linker.defaultLookup().find(name);
        if (symbol.isEmpty()) return Outcome.failed("this system has no " + name);
        var state = Linker.Option.captureStateLayout();
        try (var arena = Arena.ofConfined()) {
            var errno = arena.allocate(state);
            var all = java.util.Arrays.copyOf(options, options.length + 1);
            all[options.length] = Linker.Option.captureCallState("errno");
            var handle = linker.downcallHandle(symbol.get(), shape, all);
            var full = new Object[arguments.length + 1];
            full[0] = errno;
            System.arraycopy(arguments, 0, full, 1, arguments.length);
            var result = (int) handle.invokeWithArguments(full);
            if (result == 0) return Outcome.DONE;
            return Outcome.failed(name + ": " + reason(errno.get(INT, state.byteOffset(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno")))));
        } catch (Throwable failure) { // what a method handle declares; a library call must not stop a server from starting
            if (failure instanceof VirtualMachineError error) throw error;
            return Outcome.failed(name + ": " + failure.getClass().getSimpleName());
        }
    }

    private static String reason(int errno) {
        return Map.of(1, "not permitted", 11, "some memory could not be locked", 12, "over the limit on locked memory", 22, "not supported here")
                .getOrDefault(errno, "error " + errno);
    }
}
