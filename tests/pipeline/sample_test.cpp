// The synthetic dataset: the same for the same seed, broken where planned, following its planted rule.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include <QTemporaryDir>
#include <QTest>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/dataset.h"
#include "core/image/decode.h"
#include "core/pipeline/sample.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

/// Name and content hash of everything below a folder.
std::map<std::string, std::string> contents(const fs::path &folder)
{
    std::map<std::string, std::string> files;
    for (const fs::directory_entry &entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[fs::relative(entry.path(), folder).string()] = hashFile(entry.path());
    return files;
}

double correlation(const std::vector<double> &a, const std::vector<double> &b)
{
    const auto n = static_cast<double>(a.size());
    double sumA = 0, sumB = 0, aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sumA += a[i];
        sumB += b[i];
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += (a[i] - sumA / n) * (a[i] - sumA / n);
        bb += (b[i] - sumB / n) * (b[i] - sumB / n);
        ab += (a[i] - sumA / n) * (b[i] - sumB / n);
    }
    return ab / std::sqrt(aa * bb);
}

ErrorKind refusal(const fs::path &folder, int count = 10)
{
    try {
        writeSample(folder, count, 1, {});
    } catch (const Error &failure) {
        return failure.kind();
    }
    return ErrorKind::Shape;  // what no caller expects
}

}  // namespace

class TestSample : public QObject {
    Q_OBJECT

    QTemporaryDir m_temporary;
    fs::path m_folder;

private slots:
    void init()
    {
        static int number = 0;
        m_folder = fs::path(m_temporary.path().toStdString()) / std::to_string(++number);
    }

    void isTheSameForTheSameSeed()
    {
        const SampleReport report = writeSample(m_folder / "a", 60, 5, {});
        writeSample(m_folder / "b", 60, 5, {});
        writeSample(m_folder / "c", 60, 6, {});
        const auto a = contents(m_folder / "a");
        QVERIFY(a == contents(m_folder / "b"));
        QVERIFY(a != contents(m_folder / "c"));
        QCOMPARE(report.rows, std::size_t{60});
        QCOMPARE(a.size(), report.images + 2);  // db.json and the mark
        QVERIFY(fs::equivalent(report.db, m_folder / "a" / "db.json"));
    }

    void breaksWhatItPlans_data()
    {
        QTest::addColumn<int>("count");
        QTest::newRow("the fewest") << 10;
        QTest::newRow("400") << 400;
    }

    void breaksWhatItPlans()
    {
        QFETCH(int, count);
        writeSample(m_folder, count, 1, {});
        const Dataset dataset = Dataset::load(m_folder / "db.json");
        std::map<SkipReason, int> reasons;
        for (const Skipped &skipped : dataset.skipped())
            ++reasons[skipped.reason];
        const int broken = std::max(6, count / 50);
        QCOMPARE(dataset.records().size(), static_cast<std::size_t>(count - broken));
        QCOMPARE(dataset.skipped().size(), static_cast<std::size_t>(broken));
        const int more = broken > 6 ? 1 : 0;  // 400 rows have eight, the first two kinds twice
        QCOMPARE(reasons[SkipReason::ImageMissing], 1 + more);
        QCOMPARE(reasons[SkipReason::ImageTruncated], 1 + more);
        QCOMPARE(reasons[SkipReason::NotAnImage], 1);
        QCOMPARE(reasons[SkipReason::UpvotesMissing], 1);
        QCOMPARE(reasons[SkipReason::UpvotesInvalid], 1);
        QCOMPARE(reasons[SkipReason::DuplicateId], 1);
    }

    void followsItsRule()
    {
        writeSample(m_folder, 400, 3, {});
        const Dataset dataset = Dataset::load(m_folder / "db.json");
        std::vector<double> warmth, brightness, rule, ups;
        std::vector<std::int64_t> votes;
        std::map<std::string, int> authors;
        int unknown = 0;
        for (const MemeRecord &meme : dataset.records()) {
            const Decoded decoded = decodeImageFile(meme.image);
            QVERIFY2(!decoded.problem, decoded.detail.c_str());
            double sum[3] = {};
            for (std::size_t i = 0; i < decoded.image.rgb.size(); ++i)
                sum[i % 3] += decoded.image.rgb[i];
            const double scale = 3.0 / static_cast<double>(decoded.image.rgb.size()) / 255;
            warmth.push_back((sum[0] - sum[2]) * scale);
            brightness.push_back((sum[0] + sum[2]) * scale);
            // As planted: R - B = 0.6 W and R + B = 1.04 + 0.4 B.
            rule.push_back(0.70 * warmth.back() / 0.6 + 0.42 * brightness.back() / 0.4);
            ups.push_back(std::log10(static_cast<double>(meme.upvotes)));
            votes.push_back(meme.upvotes);
            meme.author.empty() ? ++unknown : ++authors[meme.author];
        }
        QVERIFY2(correlation(warmth, ups) > 0.65, qPrintable(QString::number(correlation(warmth, ups))));
        QVERIFY2(correlation(brightness, ups) > 0.3, qPrintable(QString::number(correlation(brightness, ups))));
        QVERIFY2(correlation(rule, ups) > 0.85, qPrintable(QString::number(correlation(rule, ups))));

        std::sort(votes.begin(), votes.end());
        QVERIFY(votes[votes.size() / 2] > 2'000 && votes[votes.size() / 2] < 5'000);
        QVERIFY(votes.back() > 50'000);
        QVERIFY(unknown > 0);
        QVERIFY(authors.size() > 40 && authors.size() <= 50);
        for (const auto &[name, memes] : authors)
            QVERIFY(memes <= 20);
    }

    void escapesTitlesAsThePapersWriterDoes()
    {
        writeSample(m_folder, 200, 1, {});
        const std::string text = readTextFile(m_folder / "db.json", 1 << 20);
        QVERIFY(text.starts_with("{\"_default\":{\"1\":{\"title\":"));
        QVERIFY(text.find("\\ud83c") != std::string::npos);
        QVERIFY(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
    }

    void replacesItself()
    {
        writeSample(m_folder, 40, 1, {});
        writeSample(m_folder, 12, 2, {});
        const auto replaced = contents(m_folder);
        writeSample(m_folder / ".." / "fresh", 12, 2, {});
        QVERIFY(replaced == contents(m_folder / ".." / "fresh"));
    }

    void leavesForeignFoldersAlone()
    {
        fs::create_directories(m_folder / "other");
        std::ofstream(m_folder / "other" / "db.json") << "{}";
        QCOMPARE(refusal(m_folder / "other"), ErrorKind::File);
        QCOMPARE(contents(m_folder / "other").size(), std::size_t{1});

        fs::create_directories(m_folder / "notes");
        std::ofstream(m_folder / "notes" / "todo.txt") << "milk";
        QCOMPARE(refusal(m_folder / "notes"), ErrorKind::File);
        QCOMPARE(contents(m_folder / "notes").size(), std::size_t{1});

        std::ofstream(m_folder / "file") << "x";
        QCOMPARE(refusal(m_folder / "file"), ErrorKind::File);
    }

    void leavesAnExchangedDatabaseAlone()
    {
        writeSample(m_folder, 10, 1, {});
        std::ofstream(m_folder / "db.json", std::ios::app) << "\n";
        const auto before = contents(m_folder);
        QCOMPARE(refusal(m_folder), ErrorKind::File);
        QVERIFY(before == contents(m_folder));
    }

    void keepsPicturesThatAreNotItsOwn()
    {
        writeSample(m_folder, 10, 1, {});
        std::ofstream(m_folder / "memes" / "holiday.jpg") << "mine";
        writeSample(m_folder, 10, 2, {});
        QVERIFY(fs::exists(m_folder / "memes" / "holiday.jpg"));
    }

    void refusesAnOddCount_data()
    {
        QTest::addColumn<int>("count");
        QTest::newRow("too few") << 9;
        QTest::newRow("negative") << -1;
        QTest::newRow("too many") << 100'001;
    }

    void refusesAnOddCount()
    {
        QFETCH(int, count);
        QCOMPARE(refusal(m_folder, count), ErrorKind::Format);
        QVERIFY(!fs::exists(m_folder));
    }

    void stopsWithoutADatabase()
    {
        JobContext job;
        job.progress = [&](const Progress &progress) {
            if (progress.done == 5)
                job.cancel.cancel();
        };
        bool stopped = false;
        try {
            writeSample(m_folder, 20, 1, job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        QVERIFY(stopped);
        QVERIFY(!fs::exists(m_folder / "db.json"));
        writeSample(m_folder, 20, 1, {});  // and may be written again
        writeSample(m_folder / ".." / "whole", 20, 1, {});
        QVERIFY(contents(m_folder) == contents(m_folder / ".." / "whole"));
    }
};

QTEST_GUILESS_MAIN(TestSample)
#include "sample_test.moc"
