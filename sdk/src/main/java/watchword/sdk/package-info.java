/**
 * What an engine author sees: engine, route, call, reply, problem, secret and storage. Interfaces and values only; nothing here opens a file or
 * a socket, and nothing here depends on another of our modules. How a request is decided lives in {@code core}.
 */
@NullMarked
package watchword.sdk;

import org.jspecify.annotations.NullMarked;
