#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/dataset/feature_matrix.h"

using namespace dank;

/// Rows that share vectors are told from rows of their own by nobody.
class FeatureMatrixTest : public QObject {
    Q_OBJECT

private:
    static FeatureMatrix shared() { return {"b", {"x", "y", "z", "u"}, 2, {0, 1, 2, 3, 4, 5}, {2, 0, 2, 0}}; }
    static FeatureMatrix own() { return {"b", {"x", "y", "z", "u"}, 2, {4, 5, 0, 1, 4, 5, 0, 1}, {}}; }
    static QByteArray contents(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not there");
    }

private slots:
    void rowsAreThoseOfTheirVectors()
    {
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::ranges::equal(shared().row(i), own().row(i)));
        const std::vector<std::size_t> rows{3, 0};
        QCOMPARE(shared().gathered(rows), (std::vector<float>{0, 1, 4, 5}));
        QCOMPARE(own().gathered(rows), shared().gathered(rows));
    }

    /// As a matrix that never had the others: what is drawn over the vectors of a resumed run is the same again.
    void unusedVectorsGo()
    {
        FeatureMatrix matrix = shared();
        matrix.dropUnused();
        QCOMPARE(matrix.values, (std::vector<float>{4, 5, 0, 1}));
        QCOMPARE(matrix.vectorOf, (std::vector<std::uint32_t>{0, 1, 0, 1}));
        const FeatureMatrix before = matrix;
        matrix.dropUnused();
        QVERIFY(matrix.values == before.values && matrix.vectorOf == before.vectorOf);
    }

    void isCheckedAndWrittenRowByRow()
    {
        QTemporaryDir folder;
        writeNpy(shared(), folder.filePath("shared.npy").toStdString());
        writeNpy(own(), folder.filePath("own.npy").toStdString());
        QCOMPARE(contents(folder.filePath("shared.npy")), contents(folder.filePath("own.npy")));
        FeatureMatrix past = shared(), few = own(), lacking = shared();
        past.vectorOf[1] = 3;
        few.values.pop_back();
        lacking.vectorOf.pop_back();
        for (const FeatureMatrix &bad : {past, few, lacking})
            QVERIFY_THROWS_EXCEPTION(Error, bad.check());
    }
};

QTEST_GUILESS_MAIN(FeatureMatrixTest)
#include "feature_matrix_test.moc"
