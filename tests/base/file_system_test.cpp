#include <QTest>

#include "core/base/file_system.h"

using namespace dank;

class TestFileSystem : public QObject {
    Q_OBJECT
private slots:
    /// As the kernel writes it: the deepest mount point counts, and of two at one place the later one.
    void tellsTheMount_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("kind");
        QTest::newRow("root") << "/etc/fstab"
                              << "ext4";
        QTest::newRow("home") << "/home/ann/.local/share/dank-learning"
                              << "nfs4";
        QTest::newRow("the mount point itself") << "/home"
                                                << "nfs4";
        QTest::newRow("a name that begins alike") << "/homework/library"
                                                  << "ext4";
        QTest::newRow("below the network") << "/home/ann/local/x"
                                           << "xfs";
        QTest::newRow("a space in the name") << "/mnt/my share/x"
                                             << "fuse.sshfs";
        QTest::newRow("mounted twice") << "/data/x"
                                       << "cifs";
        QTest::newRow("no optional fields") << "/scratch/x"
                                            << "lustre";
    }
    void tellsTheMount()
    {
        QFETCH(QString, path);
        QFETCH(QString, kind);
        constexpr std::string_view kMounts = "26 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
                                             "30 26 0:40 / /home rw,relatime shared:2 master:1 - nfs4 head:/home rw\n"
                                             "31 30 8:1 / /home/ann/local rw - xfs /dev/sdb1 rw\n"
                                             "32 26 0:41 / /mnt/my\\040share rw - fuse.sshfs host:/x rw\n"
                                             "33 26 8:2 / /data rw - ext4 /dev/sdc1 rw\n"
                                             "34 33 0:42 / /data rw - cifs //nas/data rw\n"
                                             "35 26 0:43 / /scratch rw - lustre mds:/scratch rw\n"
                                             "broken line\n";
        QCOMPARE(QString::fromStdString(fileSystemIn(kMounts, path.toStdString())), kind);
    }

    void network_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<bool>("network");
        for (const char *kind : {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "lustre", "gpfs", "beegfs"})
            QTest::newRow(kind) << kind << true;
        for (const char *kind :
             {"ext2/ext3", "ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuseblk", "fuse.ntfs-3g", ""})
            QTest::newRow(kind) << kind << false;
    }
    void network()
    {
        QFETCH(QString, kind);
        QFETCH(bool, network);
        QCOMPARE(isNetworkFileSystem(kind.toStdString()), network);
    }

    void thisMachinesOwn()
    {
        QCOMPARE(QString::fromStdString(fileSystemOf("/proc/self/status")), QString("proc"));
        QVERIFY(!fileSystemOf("/nowhere/at all/library").empty());  // its nearest folder
    }
};

QTEST_APPLESS_MAIN(TestFileSystem)
#include "file_system_test.moc"
