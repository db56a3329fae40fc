// The search of the Dataset page and the captions of a rated picture, light and dark, as PNG files to look at (folder
// DANK_SCREENS), with what a machine can check of them.

#include <QAbstractButton>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QListView>
#include <QTableWidget>
#include <QTest>

#include "core/base/hash.h"
#include "core/store/model_file.h"
#include "screen_faults.h"
#include "screen_stage.h"
#include "ui/rate/score_preview.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

const QSize kUsual(1280, 800), kSmall(900, 600), kLarge(1920, 1080);

/// Texts as if they had been read in the first pictures.
void readPictures(const Stage &stage, const QStringList &files)
{
    Library library = Library::open((stage.folder.path() + "/library").toStdString());
    const char *const texts[] = {"ONE DOES NOT SIMPLY\nwrite code that compiles", "", "מם compiles בעברית",
                                 "when the compiler is right and you are not, and it goes on and on and on"};
    std::vector<TextStore::Entry> entries;
    for (qsizetype i = 0; i < files.size(); ++i)
        entries.push_back({hashFile(files[i].toStdString()), {texts[i % 4], 0.9, {}}});
    library.texts().put("r", entries);
}

}  // namespace

class WordsScreensTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_folder = QStringLiteral(DANK_SCREENS);
        QVERIFY(QDir().mkpath(m_folder));
    }
    void search();
    void captions();

private:
    void shoot(Stage &stage, const QString &name);
    QString m_folder;
};

void WordsScreensTest::shoot(Stage &stage, const QString &name)
{
    QStringList wrong;
    for (const bool dark : {false, true}) {
        stage.window->setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
        for (const QSize &size : {kUsual, kSmall, kLarge}) {
            stage.window->resize(size);
            for (int i = 0; i < 8; ++i)
                QTest::qWait(25);
            QVERIFY(stage.window->grab().save(QString("%1/%2-%3-%4x%5.png")
                                                  .arg(m_folder, name, dark ? "dark" : "light")
                                                  .arg(size.width())
                                                  .arg(size.height())));
            for (const QString &fault : faults(*stage.window))
                wrong << QString("%1 %2: %3").arg(name).arg(size.width()).arg(fault);
        }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join("\n")));
}

void WordsScreensTest::search()
{
    Stage stage;
    stage.openDataset();
    QStringList files;
    for (const MemeRecord &record : stage.session->data().dataset()->records())
        files << QString::fromStdString(record.image.string());
    readPictures(stage, files);
    stage.window->showPage(Page::Dataset);
    QWidget *page = stage.window->pageWidget(Page::Dataset);
    auto *field = page->findChild<QLineEdit *>();
    auto *count = page->findChild<QLabel *>(QStringLiteral("found"));
    QVERIFY(field && count && !field->accessibleName().isEmpty());
    QTest::keyClicks(field, "compil");
    QTRY_VERIFY(count->text().contains(" of "));
    shoot(stage, "search-grid");
    for (auto *button : page->findChildren<QAbstractButton *>())
        if (button->text() == "Ta&ble")
            button->click();
    shoot(stage, "search-table");
    QTest::keyClicks(field, " nowhere");
    QTRY_VERIFY(count->text().startsWith("0 of "));
    shoot(stage, "search-nothing");
}

void WordsScreensTest::captions()
{
    Stage stage;
    stage.openDataset();
    const QStringList pictures = stage.pictures(5);
    readPictures(stage, {pictures[0], pictures[3]});
    const QString file = stage.folder.path() + "/reads.dankmodel";
    saveModel(FakeEngine::readingModel(true), file.toStdString());
    stage.session->rater().open(file);
    stage.session->board().rate(pictures);
    RatingBoard &board = stage.session->board();
    QTRY_VERIFY(board.items().size() == 5 && std::ranges::none_of(board.items(), [](const RatedItem &item) {
                    return item.state == RatedItem::State::Waiting;
                }));
    stage.window->showPage(Page::Rate);
    shoot(stage, "captions-board");
    auto *view = stage.window->pageWidget(Page::Rate)->findChild<QListView *>();
    for (const bool dark : {false, true}) {
        stage.window->setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
        for (const QSize &size : {kSmall, kLarge}) {
            stage.window->resize(size);
            view->setCurrentIndex(view->model()->index(0, 0));
            QTest::keyClick(view, Qt::Key_Space);
            auto *preview = stage.window->findChild<ScorePreview *>();
            QVERIFY(preview);
            auto *caption = preview->findChild<QLineEdit *>(QStringLiteral("caption"));
            caption->setFocus();
            for (const QString &text :
                 {QString("one does not simply"), QString("\u202Eמם בעברית\u2066 mixed with English"),
                  QString("a caption that somebody wrote without ever stopping to think ").repeated(4),
                  QString("🔥🔥🔥")}) {
                caption->setText(text);
                emit caption->textEdited(text);
                QTest::keyClick(caption, Qt::Key_Return);
            }
            auto *table = preview->findChild<QTableWidget *>();
            QTRY_COMPARE(table->rowCount(), 4);
            QTRY_VERIFY(table->item(3, 1)->text() != QStringLiteral("…"));
            table->setCurrentCell(1, 0);
            for (int i = 0; i < 8; ++i)
                QTest::qWait(25);
            QVERIFY2(preview->height() <= kSmall.height() && preview->width() <= kSmall.width(),
                     qPrintable(QString("%1 x %2").arg(preview->width()).arg(preview->height())));
            QVERIFY(preview->height() >= preview->layout()->totalHeightForWidth(preview->width()));
            const QStringList wrong = faults(*preview);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join("\n")));
            QVERIFY(preview->grab().save(
                QString("%1/captions-%2-%3.png").arg(m_folder, dark ? "dark" : "light").arg(size.width())));
            delete preview;
        }
    }
}

QTEST_MAIN(WordsScreensTest)
#include "words_screens_test.moc"
