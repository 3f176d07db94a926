package watchword.core.audit.line;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** Lends out things that are costly to make and serve one thread at a time. Without locks; keeps a bounded number. Any thread. */
public final class Pool<T> {
    private static final int SLOTS = 32;

    private final AtomicReferenceArray<T> idle = new AtomicReferenceArray<>(SLOTS);
    private final Supplier<T> maker;

    public Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    public T take() {
        int first = first();
        for (int i = 0; i < SLOTS; i++) {
            int slot = first + i & SLOTS - 1;
            if (idle.getPlain(slot) == null) continue;
            var taken = idle.getAndSet(slot, null);
            if (taken != null) return taken;
        }
        return maker.get();
    }

    public void give(T back) {
        int first = first();
        for (int i = 0; i < SLOTS; i++) {
            if (idle.compareAndSet(first + i & SLOTS - 1, null, back)) return;
        }
    }

    private static int first() {
        return (int) Thread.currentThread().threadId();
    }
}
