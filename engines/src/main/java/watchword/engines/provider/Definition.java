package watchword.engines.provider;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a provider's admin API is like: one YAML file, in a small closed language that {@link DefinitionReader} reads. Whatever can create
 * can also list and delete, so that a key whose making nobody heard of is found by its name.
 *
 * @param baseUrl where it is; empty when each has its own
 * @param parameters what a configuration has to tell, and what that is
 * @param optional what it may tell
 * @param create makes a key; without it keys are made by hand, and given
 * @param list tells what keys there are
 * @param test shows whether a key works
 * @param delete ends a key; without it keys are ended by hand
 */
record Definition(String provider, String about, String baseUrl, Map<String, String> parameters, Map<String, String> optional,
        Optional<Create> create, Optional<Listing> list, Call test, Optional<Call> delete) {

    /**
     * One request.
     *
     * @param body a tree of JSON whose texts are {@link Template}s; empty for none
     * @param ok by what status it is known to have worked
     * @param gone by what status there is no such key
     * @param denied by what status who asks may not
     * @param errors where an answer tells that it was refused, whatever its status
     * @param expect what must be in an answer, or it was refused
     */
    record Call(String method, Template path, Map<String, Template> query, Map<String, Template> headers, Optional<Basic> basic, Optional<Object> body,
            Set<Integer> ok, Set<Integer> gone, Set<Integer> denied, Optional<Pointer> errors, Optional<Pointer> expect) {}

    /** A name and a password in the header for it. */
    record Basic(Template username, Template password) {}

    /** @param key where the key is in the answer, and what is shown just this once */
    record Create(Call call, Pointer key, Pointer id) {}

    /**
     * @param items the list in the answer
     * @param id in an item
     * @param name in an item: the one that we gave the key
     */
    record Listing(Call call, Pointer items, Pointer id, Pointer name, Optional<Next> next) {}

    /**
     * How the rest of a list is asked for.
     *
     * @param parameter of the query
     * @param value what it is, in the answer before
     * @param more whether there is more; as long as there is a value, without it
     */
    record Next(String parameter, Pointer value, Optional<Pointer> more) {}
}
