package watchword.core.opa;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.MemoryImport;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import watchword.core.json.Json;

/**
 * A bundle's module compiled to Java's own code, with as many instances as are used at once: an evaluation is bounded in time by
 * {@link Watch}, in memory by {@link WasmInstance}, and in number by what this machine can compute at once. Any thread.
 */
final class WasmPolicy {
    private static final Set<String> FUNCTIONS = Set.of("opa_abort", "opa_println", "opa_builtin0", "opa_builtin1", "opa_builtin2", "opa_builtin3", "opa_builtin4");
    private static final int MOST_FIRST_PAGES = 256;

    private final WasmModule module;
    private final Function<Instance, Machine> machine;
    private final int firstPages;
    private final byte[] data;
    private final Map<String, Builtins.Builtin> builtins;
    private final Deque<WasmInstance> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore places;
    private final Map<String, Integer> entrypoints;

    /** Why a module cannot be used; for who sent it. */
    static final class UnusableException extends RuntimeException {
        UnusableException(String message) {
            super(message, null, false, false);
        }
    }

    private WasmPolicy(WasmModule module, Function<Instance, Machine> machine, int firstPages, byte[] data, Map<String, Builtins.Builtin> builtins, Semaphore places) {
        this.module = module;
        this.machine = machine;
        this.firstPages = firstPages;
        this.data = data;
        this.builtins = builtins;
        this.places = places;
        var first = create();
        this.entrypoints = first.entrypoints();
        idle.add(first);
    }

    /**
     * @param places one for each evaluation that may run at once, of any policy
     * @throws UnusableException when it is no module that can be evaluated here; it says why
     */
    static WasmPolicy compile(Bundle bundle, Map<String, Builtins.Builtin> builtins, Semaphore places) {
        try {
            var module = Parser.parse(bundle.wasm());
            int firstPages = requireImports(module);
            var machine = MachineFactoryCompiler.builder(module).withInterpreterFallback(InterpreterFallback.SILENT).compile();
            return new WasmPolicy(module, machine, firstPages, bundle.data(), builtins, places);
        } catch (UnusableException unusable) {
            throw unusable;
        } catch (RuntimeException | StackOverflowError | LinkageError broken) { // whatever a library makes of bytes that are no such module
            throw new UnusableException("it is no module that opa build -t wasm makes");
        }
    }

    /** @return the memory's first pages */
    private static int requireImports(WasmModule module) {
        int pages = 0;
        for (int i = 0; i < module.importSection().importCount(); i++) {
            var each = module.importSection().getImport(i);
            boolean known = each.module().equals("env") && switch (each) {
                case FunctionImport function -> FUNCTIONS.contains(function.name());
                case MemoryImport memory -> memory.name().equals("memory");
                default -> false;
            };
            if (!known) throw new UnusableException("it imports " + each.module() + "." + each.name() + ", which is not provided here");
            if (each instanceof MemoryImport memory) pages = memory.limits().initialPages();
        }
        if (pages > MOST_FIRST_PAGES) throw new UnusableException("it needs more memory than it may have");
        return pages;
    }

    private WasmInstance create() {
        return new WasmInstance(module, machine, firstPages, data, builtins);
    }

    Set<String> entrypoints() {
        return entrypoints.keySet();
    }

    /** Decides within {@code time}, waiting for a place included. */
    Verdict ask(String entrypoint, byte[] input, Duration time, Watch watch) {
        var number = entrypoints.get(entrypoint);
        if (number == null) return new Verdict.NoAnswer("the bundle has no entry point " + entrypoint);
        long begun = System.nanoTime();
        try {
            if (!places.tryAcquire() && !places.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) return tooSlow();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verdict.NoAnswer("interrupted");
        }
        try {
            var left = time.minusNanos(System.nanoTime() - begun);
            return left.isPositive() ? evaluate(number, input, left, watch) : tooSlow();
        } finally {
            places.release();
        }
    }

    private static Verdict tooSlow() {
        return new Verdict.NoAnswer("the bundle did not decide in time");
    }

    private Verdict evaluate(int entrypoint, byte[] input, Duration left, Watch watch) {
        long deadline = System.nanoTime() + left.toNanos();
        try {
            var answer = watch.within(left, () -> {
                var pooled = idle.pollLast();
                var instance = pooled == null ? create() : pooled;
                var result = instance.evaluate(entrypoint, input);
                if (!instance.isLarge()) idle.addLast(instance);
                return result;
            });
            return verdict(answer);
        } catch (RuntimeException | StackOverflowError | LinkageError failed) {
            // The instance is dropped; the next evaluation makes another.
            return System.nanoTime() - deadline >= 0 ? tooSlow() : new Verdict.NoAnswer("the bundle failed: it needs more memory or a deeper stack than it may have, or is broken");
        }
    }

    private static Verdict verdict(byte[] answer) {
        try {
            return switch (Json.parse(answer)) {
                case List<?> results when results.isEmpty() -> Verdict.undefined("");
                case List<?> results when results.size() == 1 && results.getFirst() instanceof Map<?, ?> result -> Verdict.of(result.get("result"), "");
                case null, default -> new Verdict.NoAnswer("the bundle's answer is not of OPA's form");
            };
        } catch (Json.MalformedException garbage) {
            return new Verdict.NoAnswer("the bundle's answer is not JSON");
        }
    }
}
