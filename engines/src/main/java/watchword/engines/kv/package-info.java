/** The key/value engine: secrets that already exist. Version 1 keeps the last value; version 2 keeps versions, with metadata. */
@NullMarked
package watchword.engines.kv;

import org.jspecify.annotations.NullMarked;
