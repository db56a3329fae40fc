// "Why this score": the part of the session that explains, and the dialog.

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>

#include "tests/ui/session_fixture.h"
#include "ui/why/heat_view.h"
#include "ui/why/why_dialog.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

/// Explains at once, or not until it is told to.
class ExplainingEngine final : public FakeEngine {
public:
    std::atomic<bool> hold{false}, hasCam{true}, fails{false};
    mutable std::atomic<int> maps{0};
    mutable std::string written;

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &,
                                              const std::string &, const std::filesystem::path &) override
    {
        return std::make_unique<Why>(*this, std::move(model));
    }
    void writeMap(const Explanation &, const std::filesystem::path &file) const override { written = file.string(); }

private:
    class Why final : public RatingSession {
    public:
        Why(const ExplainingEngine &engine, std::shared_ptr<const Model> model)
            : m_engine(engine), m_model(std::move(model))
        {
        }
        const Model &model() const override { return *m_model; }
        Score rate(const std::filesystem::path &, const std::string &) const override { return {}; }
        Score rate(std::span<const std::byte>, const std::string &, const std::string &) const override { return {}; }
        Explanation explain(std::span<const std::byte> bytes, const ExplainRequest &request, const ExplainObserver &,
                            const JobContext &job) const override
        {
            if (bytes.empty() || m_engine.fails)
                throw Error(ErrorKind::Format, "This picture has no score to explain.");
            if (request.method == ExplainMethod::GradCam && !m_engine.hasCam)
                throw Error(ErrorKind::Mismatch, "Grad-CAM is not to be had.");
            for (; !request.preview && m_engine.hold; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
                job.cancel.check();
            job.report("explain", 1, 2);
            ++m_engine.maps;
            Explanation map;
            map.method = request.method;
            map.score = 71.25;
            map.complete = !request.preview;
            map.rows = map.columns = 2;
            map.grid = {4, 0, 0, -1.5};
            for (int i = 0; i < 4; ++i)
                map.cells.push_back({i % 2 / 2.0, i / 2 / 2.0, 0.5, 0.5, map.grid[std::size_t(i)], 5.0, 3.0, i == 3});
            map.words = {{"cat", 2.5}};
            map.checks = {0.25, 3.0, 4.0, 1.0, 0.5, true};
            map.warnings = {"This map is not about upvotes: <b>a test</b>."};
            map.picture = {40, 30, std::vector<std::uint8_t>(40 * 30 * 3, 90)};
            return map;
        }

    private:
        const ExplainingEngine &m_engine;
        std::shared_ptr<const Model> m_model;
    };
};

struct WhyFixture : Fixture {
    std::shared_ptr<ExplainingEngine> why = std::make_shared<ExplainingEngine>();
    ExplainOrder order;

    WhyFixture()
    {
        engine = why;
        open();
        order.picture = db.parent_path() / "memes" / "m1.png";
        order.name = "m1.png";
        order.model = std::make_shared<const Model>(FakeEngine::tinyModel(0, 7));
    }
    const ExplanationJob &job() const { return session->explanations().job(); }
    bool ends() const
    {
        return waitFor([this] { return !job().isBusy(); });
    }
};

}  // namespace

class WhyTest : public QObject {
    Q_OBJECT

private slots:
    void previewComesFirst()
    {
        WhyFixture f;
        f.why->hold = true;
        f.session->explanations().explain(f.order, ExplainMethod::Occlusion);
        QVERIFY(f.waitFor([&] { return f.job().map != nullptr; }));
        QVERIFY(f.job().map->method == ExplainMethod::GradCam && !f.job().map->complete);
        f.why->hold = false;
        QVERIFY(f.ends());
        QCOMPARE(f.job().state, SideJob::State::Done);
        QVERIFY(f.job().map->method == ExplainMethod::Occlusion && f.job().map->complete);
    }

    void withoutGradCamThereIsOneMap()
    {
        WhyFixture f;
        f.why->hasCam = false;
        f.session->explanations().explain(f.order, ExplainMethod::Occlusion);
        QVERIFY(f.ends());
        QCOMPARE(f.why->maps.load(), 1);
        f.session->explanations().explain(f.order, ExplainMethod::GradCam);
        QVERIFY(f.ends());
        QCOMPARE(f.job().state, SideJob::State::Failed);
        QVERIFY(f.job().error.contains("Grad-CAM"));
    }

    void aNewOneEndsTheOld()
    {
        WhyFixture f;
        f.why->hold = true;
        f.session->explanations().explain(f.order, ExplainMethod::Occlusion);
        QVERIFY(f.waitFor([&] { return f.job().map != nullptr; }));
        f.session->explanations().explain(f.order, ExplainMethod::GradCam);
        QVERIFY(!f.job().map);
        f.why->hold = false;
        QVERIFY(f.ends());
        QVERIFY(f.job().state == SideJob::State::Done && f.job().map->method == ExplainMethod::GradCam);
        f.why->hold = true;
        f.session->explanations().explain(f.order, ExplainMethod::Occlusion);
        f.session->explanations().cancel();
        QVERIFY(f.ends());
        QCOMPARE(f.job().state, SideJob::State::Idle);
    }

    void dialogTellsAllThatItShows()
    {
        WhyFixture f;
        QWidget window;
        auto *dialog = new WhyDialog(*f.session, f.order, &window);
        dialog->open();
        QVERIFY(f.ends());
        QTRY_VERIFY(dialog->findChild<QLabel *>("warning")->text().contains("<b>a test</b>"));
        QVERIFY(dialog->findChild<QLabel *>("checks")->text().contains("0.25"));
        auto *view = dialog->findChild<HeatView *>();
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Right);  // the first key picks the first place
        QVERIFY(view->placeText().startsWith("Row 1, column 1: +4.0 points"));
        QTest::keyClick(view, Qt::Key_Right);
        QTest::keyClick(view, Qt::Key_Down);
        QTest::keyClick(view, Qt::Key_Down);
        QVERIFY(view->placeText().startsWith("Row 2, column 2: \u22121.5 points"));
        QVERIFY(view->placeText().contains("disagree"));
        QCOMPARE(view->accessibleDescription(), view->placeText());
        QCOMPARE(dialog->findChild<QLabel *>("place")->text(), view->placeText());
        for (auto *widget : dialog->findChildren<QWidget *>())
            if (qobject_cast<QComboBox *>(widget) || qobject_cast<QSlider *>(widget)
                || qobject_cast<HeatView *>(widget))
                QVERIFY(!widget->accessibleName().isEmpty());
        f.session->explanations().save(f.job().map, "/tmp/a.svg");
        QTRY_COMPARE(QString::fromStdString(f.why->written), QString("/tmp/a.svg"));
        delete dialog;
    }

    void closingStopsIt()
    {
        WhyFixture f;
        f.why->hold = true;
        QWidget window;
        delete new WhyDialog(*f.session, f.order, &window);
        QVERIFY(f.ends());
        QCOMPARE(f.job().state, SideJob::State::Idle);
    }

    void failuresAreTold()
    {
        WhyFixture f;
        f.order.picture = "/nowhere/at/all.png";
        f.session->explanations().explain(f.order, ExplainMethod::Occlusion);
        QVERIFY(f.ends());
        QCOMPARE(f.job().state, SideJob::State::Failed);
        QVERIFY(f.job().error.contains("all.png"));
    }
};

QTEST_MAIN(WhyTest)
#include "why_test.moc"
