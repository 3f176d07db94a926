/** Where bytes live: sqlite (the embedded default), postgresql, memory for tests. Nothing above knows which. */
@NullMarked
package watchword.storage;

import org.jspecify.annotations.NullMarked;
