package watchword.core.opa;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.ValType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;

/**
 * A policy's module with a memory of its own, which holds the bundle's data: OPA's WebAssembly ABI 1.2. Evaluations begin where the data
 * ends, so that nothing of one is left for the next. One thread at a time; after a failure it is of no use.
 */
final class WasmInstance {
    private static final int ABI = 1;
    private static final int LEAST_MINOR = 2;
    /** Of 64 KiB; what a decision may use besides the bundle's data. */
    private static final int MOST_PAGES = 256;
    private static final int MOST_BUILTIN_ARGUMENTS = 4;
    private static final int AS_JSON = 0;

    private final Memory memory;
    private final ExportFunction eval;
    private final ExportFunction allocate;
    private final ExportFunction free;
    private final ExportFunction parse;
    private final ExportFunction dump;
    private final Map<String, Integer> entrypoints;
    private final Map<Integer, Builtins.Builtin> builtins;
    private final int data;
    private final int heap;
    private final int loadedPages;

    /** What the module itself gave up on. */
    static final class AbortException extends RuntimeException {
        AbortException(String message) {
            super(message, null, false, false);
        }
    }

    /** @throws WasmPolicy.UnusableException when the module is not one that can be evaluated here */
    WasmInstance(WasmModule module, Function<Instance, Machine> machine, int firstPages, byte[] dataJson, Map<String, Builtins.Builtin> known) {
        this.memory = new ByteArrayMemory(new MemoryLimits(firstPages, MOST_PAGES));
        var imports = ImportValues.builder().addMemory(new ImportMemory("env", "memory", memory)).withFunctions(functions()).build();
        var instance = Instance.builder(module).withImportValues(imports).withMachineFactory(machine).build();
        var exports = instance.exports();
        requireAbi(exports.global("opa_wasm_abi_version").getValue(), exports.global("opa_wasm_abi_minor_version").getValue());
        this.eval = exports.function("opa_eval");
        this.allocate = exports.function("opa_malloc");
        this.free = exports.function("opa_free");
        this.parse = exports.function("opa_json_parse");
        this.dump = exports.function("opa_json_dump");
        this.entrypoints = numbers(exports.function("entrypoints"));
        this.builtins = provided(numbers(exports.function("builtins")), known);
        this.data = put(dataJson);
        this.heap = (int) exports.function("opa_heap_ptr_get").apply()[0];
        this.loadedPages = memory.pages();
    }

    private static void requireAbi(long version, long minor) {
        if (version != ABI || minor < LEAST_MINOR) throw new WasmPolicy.UnusableException("it was built for version " + version + "." + minor + " of OPA's ABI; " + ABI + "." + LEAST_MINOR + " or a later " + ABI + " is needed");
    }

    private static Map<Integer, Builtins.Builtin> provided(Map<String, Integer> wanted, Map<String, Builtins.Builtin> known) {
        var missing = wanted.keySet().stream().filter(name -> !known.containsKey(name)).sorted().toList();
        if (!missing.isEmpty()) throw new WasmPolicy.UnusableException("it uses built-in functions that are not provided here: " + String.join(", ", missing));
        var provided = new LinkedHashMap<Integer, Builtins.Builtin>();
        wanted.forEach((name, number) -> {
            var builtin = known.get(name);
            if (builtin != null) provided.put(number, builtin);
        });
        return provided;
    }

    /** By their names, as in {@code watchword/decision}. */
    Map<String, Integer> entrypoints() {
        return entrypoints;
    }

    /**
     * @return what the module answers: an array of at most one object with {@code result}
     * @throws RuntimeException when it failed; the instance is then not to be used again
     */
    byte[] evaluate(int entrypoint, byte[] input) {
        long end = heap + (long) input.length;
        while (memory.pages() * (long) Memory.PAGE_SIZE < end) {
            if (memory.grow(Math.max(1, memory.pages() / 4)) < 0) throw new AbortException("the request is too large for the policy's memory");
        }
        memory.write(heap, input, 0, input.length);
        return text((int) eval.apply(0, entrypoint, data, heap, input.length, end, AS_JSON)[0]);
    }

    /** Whether it has grown so much that it had better be made anew. */
    boolean isLarge() {
        return memory.pages() > loadedPages + MOST_PAGES / 8;
    }

    // ---- values ----

    /** Leaves the JSON in the module's memory as a value. */
    private int put(byte[] json) {
        int at = (int) allocate.apply(json.length)[0];
        memory.write(at, json, 0, json.length);
        int value = (int) parse.apply(at, json.length)[0];
        free.apply(at);
        if (value == 0) throw new AbortException("a value could not be handed over");
        return value;
    }

    private @Nullable Object take(int value) {
        int at = (int) dump.apply(value)[0];
        var json = text(at);
        free.apply(at);
        try {
            return Json.parse(json);
        } catch (Json.MalformedException broken) {
            throw new AbortException("a value is not JSON");
        }
    }

    private byte[] text(int at) {
        int end = at;
        while (memory.read(end) != 0) end++;
        return memory.readBytes(at, end - at);
    }

    private Map<String, Integer> numbers(ExportFunction told) {
        var numbers = new LinkedHashMap<String, Integer>();
        if (take((int) told.apply()[0]) instanceof Map<?, ?> map) {
            map.forEach((name, number) -> {
                if (number instanceof Long id) numbers.put(String.valueOf(name), id.intValue());
            });
        }
        return Collections.unmodifiableMap(numbers);
    }

    // ---- what the module calls ----

    private List<ImportFunction> functions() {
        var functions = new ArrayList<ImportFunction>();
        functions.add(new HostFunction("env", "opa_abort", FunctionType.of(List.of(ValType.I32), List.of()), (_, arguments) -> {
            throw new AbortException(new String(text((int) arguments[0]), StandardCharsets.UTF_8));
        }));
        functions.add(new HostFunction("env", "opa_println", FunctionType.of(List.of(ValType.I32), List.of()), (_, _) -> new long[0]));
        for (int count = 0; count <= MOST_BUILTIN_ARGUMENTS; count++) {
            var parameters = Collections.nCopies(count + 2, ValType.I32);
            functions.add(new HostFunction("env", "opa_builtin" + count, FunctionType.of(parameters, List.of(ValType.I32)), (_, arguments) -> new long[] {call(arguments)}));
        }
        return functions;
    }

    /** @param arguments the built-in's number, a context that is not used, and its arguments' addresses */
    private int call(long[] arguments) {
        var builtin = builtins.get((int) arguments[0]);
        if (builtin == null) throw new AbortException("a built-in function that was not declared was called");
        var values = new ArrayList<@Nullable Object>();
        for (int i = 2; i < arguments.length; i++) values.add(take((int) arguments[i]));
        var result = builtin.call(values);
        return result == null ? 0 : put(Json.write(result));
    }
}
