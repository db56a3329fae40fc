#include <QTest>

#include "core/base/error.h"
#include "core/templates/template_report.h"
#include "tests/templates/made_signatures.h"

using namespace dank;

class TestTemplateReport : public QObject {
    Q_OBJECT

private slots:
    void percentiles()
    {
        const std::vector<std::int64_t> upvotes{5, 10, 10, 0};
        QCOMPARE(upvotePercentiles(upvotes), (std::vector<double>{37.5, 75, 75, 12.5}));
        QVERIFY(upvotePercentiles({}).empty());
    }

    void groups()
    {
        // Pictures 0–2 are one template, 3 and 4 another, 5 is alone; rows 0 and 6 show the same picture, row 7 none.
        std::vector<PictureSignature> pictures;
        for (const std::uint64_t seed : {1, 1, 1, 2, 2, 3})
            pictures.push_back(madeSignature(seed, 2, pictures.size()));
        const std::vector<std::optional<std::size_t>> pictureOf{0, 3, 1, 2, 4, 5, 0, std::nullopt};
        const std::vector<std::int64_t> upvotes{1, 2, 3, 4, 5, 6, 7, 8};
        const TemplateClusters clusters = findTemplates(pictures, 1);
        const TemplateRows rows{pictures, pictureOf, upvotes};
        const std::vector<TemplateGroup> found = templateGroups(rows, clusters, {}, 2);
        QCOMPARE(found.size(), std::size_t(2));
        QCOMPARE(found[0].name, std::string("template 1"));
        QCOMPARE(found[0].members, (std::vector<std::size_t>{6, 3, 2, 0}));
        QCOMPARE(found[0].medianPercentile, (31.25 + 43.75) / 2);  // of 6.25, 31.25, 43.75, 81.25
        QVERIFY(found[0].interval && found[0].interval->holds(found[0].medianPercentile));
        QVERIFY(found[0].interval->low < found[0].interval->high);
        QCOMPARE(found[1].members, (std::vector<std::size_t>{4, 1}));
        QVERIFY(!found[1].interval);
        const auto again = templateGroups(rows, clusters, {}, 3);
        QCOMPARE(again.size(), std::size_t(1));
        QVERIFY(*again[0].interval == *found[0].interval);

        KnownTemplates known;
        known.add("Drake", {std::string(32, '0'), madeSignature(2)});
        const auto named = templateGroups(rows, clusters, known, 2);
        QCOMPARE(named[0].name, std::string("template 1"));
        QCOMPARE(named[1].name, std::string("Drake"));
        QVERIFY(named[1].known);

        QVERIFY_THROWS_EXCEPTION(Error, templateGroups({pictures, pictureOf, {}}, clusters, {}, 2));
    }

    /// Clusters that the same known template is in are one.
    void knownTemplatesUnite()
    {
        const std::vector<PictureSignature> pictures{madeSignature(1), madeSignature(2), madeSignature(3)};
        const std::vector<std::optional<std::size_t>> pictureOf{0, 1, 2};
        const std::vector<std::int64_t> upvotes{1, 2, 3};
        KnownTemplates known;
        known.add("Twofaced", {std::string(32, '0'), madeSignature(1)});
        known.add("Twofaced", {std::string(32, '1'), madeSignature(3)});
        const auto found = templateGroups({pictures, pictureOf, upvotes}, findTemplates(pictures, 1), known, 2);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].members, (std::vector<std::size_t>{2, 0}));
    }
};

QTEST_GUILESS_MAIN(TestTemplateReport)
#include "template_report_test.moc"
