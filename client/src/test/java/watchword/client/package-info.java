@NullMarked
package watchword.client;

import org.jspecify.annotations.NullMarked;
