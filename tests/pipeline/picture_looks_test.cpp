#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/hash.h"
#include "core/image/decode.h"
#include "core/image/perceptual_hash.h"
#include "core/pipeline/features/extract.h"
#include "core/pipeline/features/picture_looks.h"
#include "core/store/library.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

/// What is seen of pictures beside their features, and what of it is kept.
class PictureLooksTest : public QObject, private RunFixture {
    Q_OBJECT

private:
    static std::vector<std::string> hashesOf(const Dataset &dataset)
    {
        std::vector<std::string> hashes;
        for (const MemeRecord &record : dataset.records())
            hashes.push_back(hashFile(record.image));
        return hashes;
    }

private slots:
    void init() { reset(); }

    void picturesAreLookedAtOnce()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 20));
        const std::vector<std::string> hashes = hashesOf(dataset);
        Library library = Library::open(folder() / "library");
        const auto look = [&] { return lookAtPictures(dataset.records(), hashes, library, 2, {}); };
        const PictureLooks first = look();
        QCOMPARE(first.unreadable, std::size_t{0});
        QCOMPARE(first.statistics->rows(), std::size_t{20});
        for (std::size_t row = 0; row < 20; ++row)  // size and aspect of 24 × 24
            QVERIFY(std::abs(first.statistics->row(row)[150] - std::log(24.0f)) < 1e-5f
                    && first.statistics->row(row)[151] == 0);
        for (const MemeRecord &record : dataset.records())
            std::filesystem::remove(record.image);
        const PictureLooks second = look();  // from the library
        QCOMPARE(second.statistics->values, first.statistics->values);
        QVERIFY(second.hashes == first.hashes);
        const PictureLooks one = lookAtPictures(dataset.records(), std::vector(20, hashes[4]), library, 2, {});
        QCOMPARE(one.statistics->values.size(), one.statistics->columns);  // rows of one picture share a vector
        QVERIFY(std::ranges::equal(one.statistics->row(19), first.statistics->row(4)));
        std::vector<std::string> unknown = hashes;
        unknown[3] = std::string(32, '7');
        const PictureLooks gone = lookAtPictures(dataset.records(), unknown, library, 2, {});
        QVERIFY(!gone.statistics);
        QCOMPARE(gone.unreadable, std::size_t{1});
    }

    void aPassingReadErrorIsNotRemembered()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 3));
        const std::vector<std::string> hashes = hashesOf(dataset);
        Library library = Library::open(folder() / "library");
        const auto look = [&] { return lookAtPictures(dataset.records(), hashes, library, 2, {}); };
        const std::filesystem::path &image = dataset.records()[1].image, aside = folder() / "aside.png";
        std::filesystem::rename(image, aside);
        QCOMPARE(look().unreadable, std::size_t{1});
        std::filesystem::rename(aside, image);
        const PictureLooks again = look();
        QCOMPARE(again.unreadable, std::size_t{0});
        QVERIFY(again.hashes[1] && again.statistics);
    }

    /// Earlier versions marked with 0 what they could not read, for whatever reason.
    void whatEarlierVersionsGaveUpIsTriedAgain()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 1));
        const std::vector<std::string> hashes = hashesOf(dataset);
        Library library = Library::open(folder() / "library");
        const std::vector<float> hash(5, 0), statistics(155, 0);
        library.features().put("perceptual-hash/1", std::vector<FeatureStore::Entry>{{hashes[0], hash}});
        library.features().put("image-statistics/1", std::vector<FeatureStore::Entry>{{hashes[0], statistics}});
        QCOMPARE(lookAtPictures(dataset.records(), hashes, library, 1, {}).unreadable, std::size_t{0});
    }

    void theBytesOfAnotherPictureAreNotDescribed()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 2));
        const std::vector<std::string> hashes = hashesOf(dataset);
        Library library = Library::open(folder() / "library");
        std::filesystem::copy_file(dataset.records()[0].image, dataset.records()[1].image,
                                   std::filesystem::copy_options::overwrite_existing);
        const PictureLooks looks = lookAtPictures(dataset.records(), hashes, library, 2, {});
        QCOMPARE(looks.unreadable, std::size_t{1});
        QVERIFY(!looks.hashes[1]);
        QVERIFY(library.features().hashes("perceptual-hash/1") == std::set<std::string>{hashes[0]});
    }

    void noPictureIsRemembered()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 2));
        auto half = readFile(dataset.records()[1].image, 1 << 20);
        for (std::size_t i = 41; i < half.size() - 16; ++i)
            half[i] = std::byte{0x5a};
        writeFileAtomically(dataset.records()[1].image, half);
        const std::vector<std::string> hashes = hashesOf(dataset);
        Library library = Library::open(folder() / "library");
        const auto look = [&] { return lookAtPictures(dataset.records(), hashes, library, 2, {}).unreadable; };
        QCOMPARE(look(), std::size_t{1});
        const std::size_t before = decodedPictures();
        QCOMPARE(look(), std::size_t{1});
        QCOMPARE(decodedPictures(), before);
    }

    /// The numbers of a large JPEG are those of a smaller decode of it, whoever looks.
    void extractionSeesTheSame()
    {
        const auto path = writeTinyDataset(folder() / "data", 3);
        Image large{700, 521, {}};
        Random random(3);
        for (int i = 0; i < large.width * large.height * 3; ++i)
            large.rgb.push_back(static_cast<std::uint8_t>(i / 7001 + static_cast<int>(random.below(9))));
        const auto jpeg = encodeJpeg(large, 90);
        writeFileAtomically(folder() / "data/memes/m1.png", jpeg);
        const Dataset dataset = Dataset::load(path);
        const ExtractReport extracted = extractFeatures(dataset, request(), context(), {}, {});
        const std::size_t before = decodedPictures();
        Library library = Library::open(folder() / "library"), other = Library::open(folder() / "other");
        const PictureLooks onTheWay = lookAtPictures(dataset.records(), extracted.pictureHashes, library, 2, {});
        QCOMPARE(decodedPictures(), before);
        const PictureLooks alone = lookAtPictures(dataset.records(), extracted.pictureHashes, other, 2, {});
        QCOMPARE(decodedPictures(), before + 3);
        QVERIFY(onTheWay.hashes == alone.hashes);
        QCOMPARE(onTheWay.statistics->values, alone.statistics->values);
        QCOMPARE(onTheWay.hashes[1], std::optional(perceptualHash(decodeImage(jpeg, 64).image)));
    }
};

QTEST_GUILESS_MAIN(PictureLooksTest)
#include "picture_looks_test.moc"
