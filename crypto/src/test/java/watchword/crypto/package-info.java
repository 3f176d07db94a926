@NullMarked
package watchword.crypto;

import org.jspecify.annotations.NullMarked;
