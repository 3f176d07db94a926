/**
 * The key/value engine: secrets that exist already, such as an API key. Version 1 keeps what was last written; version 2 keeps versions,
 * which can be deleted, brought back and destroyed, and metadata beside them. It never makes or checks a secret; engines that do are
 * packages of their own.
 */
@NullMarked
package watchword.engines.kv;

import org.jspecify.annotations.NullMarked;
