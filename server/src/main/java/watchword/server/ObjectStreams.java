package watchword.server;

import java.io.ObjectInputFilter;

/** Java's object streams, which a server has no use for and attackers have: nothing is ever read from one in this process. */
final class ObjectStreams {
    private ObjectStreams() {}

    /** From now on, in the whole process; what the command line said goes before. */
    static void refuse() {
        if (ObjectInputFilter.Config.getSerialFilter() == null) ObjectInputFilter.Config.setSerialFilter(_ -> ObjectInputFilter.Status.REJECTED);
    }
}
