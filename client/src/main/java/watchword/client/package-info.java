/**
 * A small client of Vault's HTTP API: an address, a token, and JSON trees in and out. It opens its own sockets, because the platform's
 * HTTP clients cost more to start than a whole command should take. Depends on nothing of the server; what commands look like lives in
 * {@code cli}.
 */
@NullMarked
package watchword.client;

import org.jspecify.annotations.NullMarked;
