#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

namespace {

constexpr int kSide = 32, kCell = 4, kMemes = 1500;

/// A BMP of random blocks whose red is the same everywhere.
QByteArray picture(std::mt19937 &random, int red)
{
    QByteArray bytes(54 + kSide * kSide * 3, '\0');
    const auto put = [&](int at, quint32 value) {
        for (int i = 0; i < 4; ++i)
            bytes[at + i] = char(value >> (8 * i));
    };
    bytes[0] = 'B';
    bytes[1] = 'M';
    put(2, quint32(bytes.size()));
    put(10, 54);
    put(14, 40);
    put(18, kSide);
    put(22, kSide);
    bytes[26] = 1;
    bytes[28] = 24;
    char blocks[kSide / kCell][kSide / kCell][2];
    for (auto &row : blocks)
        for (auto &block : row)
            for (char &channel : block)
                channel = char(random() % 256);
    for (int y = 0; y < kSide; ++y)
        for (int x = 0; x < kSide; ++x) {
            const int at = 54 + 3 * (y * kSide + x);
            bytes[at] = blocks[y / kCell][x / kCell][0];
            bytes[at + 1] = blocks[y / kCell][x / kCell][1];
            bytes[at + 2] = char(red);
        }
    return bytes;
}

}  // namespace

/// `dank train --label` on pictures whose red decides, with doubt, what they are.
class CliLabelTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    double m_ceiling = 0;  ///< the AUC of whoever knows each meme's probability

    QString path(const QString &name) const { return m_folder.filePath(name); }
    Outcome train(const QStringList &words) const
    {
        return runDank(
            QStringList{"--library", path("library"), "train", path("feed.csv"), "--backbone", "classic", "--json"}
            + words);
    }

private slots:
    void initTestCase()
    {
        std::mt19937 random(5);
        QByteArray feed = "id,image,hateful,luck,humour,taste\n";
        std::vector<std::pair<double, bool>> truth;
        static const char *const kHumour[] = {"not_funny", "funny", "very_funny", "hilarious"};
        for (int i = 0; i < kMemes; ++i) {
            const int red = int(random() % 256);
            const double probability = 1 / (1 + std::exp(-(red - 128) / 48.0));
            const auto uniform = [&] { return double(random() % 100'000) / 100'000; };
            const bool hateful = uniform() < probability;
            truth.emplace_back(probability, hateful);
            const int humour = std::clamp(int(red / 64 + 2 * uniform() - 1 + 0.5), 0, 3);
            feed += QStringLiteral("m%1,m%1.bmp,%2,%3,%4,%5\n")
                        .arg(i)
                        .arg(hateful ? "yes" : "no")
                        .arg(random() % 2)
                        .arg(QLatin1String(kHumour[humour]))
                        .arg(QLatin1String(i % 3 == 0   ? "x"
                                           : i % 3 == 1 ? "y"
                                                        : "z"))
                        .toUtf8();
            QVERIFY(writeAll(path(QStringLiteral("m%1.bmp").arg(i)), picture(random, red)));
        }
        QVERIFY(writeAll(path("feed.csv"), feed));
        double right = 0, pairs = 0;
        for (const auto &[of, is] : truth)
            for (const auto &[than, isNot] : truth)
                if (is && !isNot) {
                    right += of > than ? 1 : of == than ? 0.5 : 0;
                    ++pairs;
                }
        m_ceiling = right / pairs;
        QVERIFY(m_ceiling > 0.8 && m_ceiling < 0.95);
    }

    void inspectOffersThem()
    {
        const Outcome told = runDank({"inspect", path("feed.csv"), "--json"});
        QVERIFY2(told.code == 0, told.err);
        QCOMPARE(told.object()["usable"_L1].toInt(), kMemes);
        QStringList columns;
        for (const QJsonValue &label : told.object()["labels"_L1].toArray())
            columns << label["column"_L1].toString();
        QCOMPARE(columns, (QStringList{"hateful", "luck", "humour"}));
    }

    void aPlantedRuleIsFoundToItsCeiling()
    {
        const Outcome told = train({"--label", "hateful", "--folds", "5"});
        QVERIFY2(told.code == 0, told.err);
        const QJsonObject run = told.object();
        const QJsonValue metrics = run["metrics"_L1];
        for (const char *figure :
             {"auc", "pr_auc", "base_rate", "balanced_accuracy", "brier", "recall_at_precision_90"})
            QVERIFY2(metrics[QLatin1String(figure)].isDouble(), figure);
        const double auc = run["cross_validation"_L1]["metrics"_L1]["auc"_L1]["mean"_L1].toDouble();
        QVERIFY2(std::abs(auc - m_ceiling) <= 0.02, qPrintable(QString("%1 of %2").arg(auc).arg(m_ceiling)));
        const double threshold = run["cross_validation"_L1]["label"_L1]["threshold"_L1].toDouble();
        QVERIFY2(threshold > 0.3 && threshold < 0.7, qPrintable(QString::number(threshold)));
        QCOMPARE(run["verdict"_L1].toString(), QString("learned_something"));
        QCOMPARE(run["label"_L1]["classes"_L1].toArray(), (QJsonArray{"no", "yes"}));
        QVERIFY(std::abs(run["baselines"_L1]["mean"_L1]["auc"_L1].toDouble() - 0.5) < 1e-12);

        // The model knows its label: judged anew it tells the same.
        const Outcome again =
            runDank({"--library", path("library"), "eval", run["model"_L1].toString(), path("feed.csv"), "--json"});
        QVERIFY2(again.code == 0, again.err);
        QCOMPARE(again.object()["metrics"_L1]["auc"_L1], metrics["auc"_L1]);
    }

    void luckIsNoEvidence()
    {
        const Outcome told = train({"--label", "luck"});
        QVERIFY2(told.code == 0, told.err);
        QCOMPARE(told.object()["verdict"_L1].toString(), QString("no_evidence"));
    }

    void anOrderIsFollowed()
    {
        const Outcome told = train({"--label", "humour"});
        QVERIFY2(told.code == 0, told.err);
        const QJsonValue metrics = told.object()["metrics"_L1];
        QVERIFY2(metrics["quadratic_kappa"_L1].toDouble() > 0.6, told.out);
        QVERIFY(metrics["spearman"_L1].toDouble() > 0.7);
        QVERIFY(metrics["auc"_L1].isUndefined());
    }

    void whatCannotBeIsSaid()
    {
        const Outcome none = train({});
        QCOMPARE(none.code, 1);
        QVERIFY2(none.err.contains("--label COLUMN") && none.err.contains("humour"), none.err);
        const Outcome taste = train({"--label", "taste"});
        QCOMPARE(taste.code, 1);
        QVERIFY2(taste.err.contains("taste=x<y<z"), taste.err);
        QCOMPARE(train({"--label", "hateful", "--target", "log"}).code, 2);
        QCOMPARE(train({"--label", "hateful=yes"}).code, 2);
    }
};

QTEST_GUILESS_MAIN(CliLabelTest)
#include "cli_label_test.moc"
