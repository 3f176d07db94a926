package watchword.core.audit.sink;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A Unix datagram socket, as {@code /dev/log} is; Java has none, so this calls the C library. Linux only. One thread at a time. */
public final class UnixDatagram implements DatagramSink.Connection {
    /** What the system takes as one message by default, with room for its own book-keeping. */
    public static final int MAX_MESSAGE = 200_000;

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int TIMEVAL_BYTES = 16;
    private static final long TIMEOUT_SECONDS = 2;
    private static final int MAX_PATH = 107;

    private final int descriptor;

    private UnixDatagram(int descriptor) {
        this.descriptor = descriptor;
    }

    public static UnixDatagram to(Path path) throws IOException {
        var name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_PATH) throw new Reasons.Refused("the socket's path is too long");
        int descriptor = LibC.call((arena, errno) -> (int) LibC.SOCKET.invokeExact(errno, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
        try {
            LibC.call((arena, errno) -> (int) LibC.SETSOCKOPT.invokeExact(errno, descriptor, SOL_SOCKET, SO_SNDTIMEO, timeout(arena), TIMEVAL_BYTES));
            LibC.call((arena, errno) -> (int) LibC.CONNECT.invokeExact(errno, descriptor, address(arena, name), 2 + name.length + 1));
            return new UnixDatagram(descriptor);
        } catch (IOException failed) {
            LibC.close(descriptor);
            throw failed;
        }
    }

    private static MemorySegment timeout(Arena arena) {
        var time = arena.allocate(TIMEVAL_BYTES, 8);
        time.set(ValueLayout.JAVA_LONG, 0, TIMEOUT_SECONDS);
        return time;
    }

    private static MemorySegment address(Arena arena, byte[] name) {
        var address = arena.allocate(2 + MAX_PATH + 1, 2);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
        return address;
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        int length = message.remaining();
        LibC.call((arena, errno) -> {
            var bytes = arena.allocate(Math.max(length, 1));
            MemorySegment.copy(MemorySegment.ofBuffer(message), 0, bytes, 0, length);
            return (int) (long) LibC.SEND.invokeExact(errno, descriptor, bytes, (long) length, MSG_NOSIGNAL);
        });
    }

    @Override
    public void close() throws IOException {
        LibC.close(descriptor);
    }

    /** The few functions, bound when the first socket is made. */
    private static final class LibC {
        private static final StructLayout STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

        static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        static final MethodHandle CONNECT = function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle SETSOCKOPT = function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle SEND = function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);

        /** A call that answers less than zero when it fails. */
        interface Call {
            int run(Arena arena, MemorySegment errno) throws Throwable;
        }

        private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
            var linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
        }

        static int call(Call call) throws IOException {
            try (var arena = Arena.ofConfined()) {
                var errno = arena.allocate(STATE);
                int result = call.run(arena, errno);
                if (result < 0) throw new IOException(text((int) ERRNO.get(errno, 0L)));
                return result;
            } catch (IOException | RuntimeException | Error failed) {
                throw failed;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        static void close(int descriptor) throws IOException {
            call((arena, errno) -> (int) CLOSE.invokeExact(errno, descriptor));
        }

        private static String text(int errno) {
            return switch (errno) {
                case 2 -> "no such file or directory";
                case 11 -> "no answer in time";
                case 13 -> "permission denied";
                case 32 -> "broken pipe";
                case 90 -> "message too long";
                case 105 -> "no buffer space available";
                case 107 -> "transport endpoint is not connected";
                case 111 -> "connection refused";
                default -> "system error " + errno;
            };
        }
    }
}
