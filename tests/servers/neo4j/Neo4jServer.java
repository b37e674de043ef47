import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;

/** Neo4j Community on a loopback port, without sign-in, for tests: java Neo4jServer.java FOLDER PORT */
public class Neo4jServer {
    public static void main(String[] args) throws InterruptedException {
        SocketAddress address = new SocketAddress("127.0.0.1", Integer.parseInt(args[1]));
        DatabaseManagementService service = new DatabaseManagementServiceBuilder(Path.of(args[0]))
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, address)
                .setConfig(BoltConnector.advertised_address, address)
                .setConfig(GraphDatabaseSettings.auth_enabled, false)
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(128))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
        // To plan its first question takes a server seconds; on a busy machine longer than clients wait for an answer.
        service.database("neo4j").executeTransactionally("CALL dbms.components() YIELD name RETURN name");
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
