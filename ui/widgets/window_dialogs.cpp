#include "ui/widgets/window_dialogs.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include "core/base/version.h"
#include "ui/widgets/card.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr auto kDatasetNames = "*.json *.ndjson *.jsonl *.csv *.tsv *.gz *.zst";
constexpr auto kFolderKey = "lastFolder";

void rememberFolder(const QString &file)
{
    windowSettings()->setValue(QLatin1String(kFolderKey), QFileInfo(file).absolutePath());
}

QString rememberedFolder()
{
    return windowSettings()->value(QLatin1String(kFolderKey)).toString();
}

void collect(const QList<QAction *> &actions, QList<std::pair<QString, QString>> &rows)
{
    for (const QAction *action : actions) {
        if (action->menu())
            collect(action->menu()->actions(), rows);
        else if (!action->shortcut().isEmpty()) {
            const QString name = action->text().remove(QLatin1Char('&')).remove(QChar(0x2026));
            const std::pair row{action->shortcut().toString(QKeySequence::NativeText), name};
            if (!rows.contains(row))
                rows << row;
        }
    }
}

}  // namespace

QString askForFile(QWidget *parent, const QString &title, const QString &filter)
{
    const QString file = QFileDialog::getOpenFileName(parent, title, rememberedFolder(), filter);
    if (!file.isEmpty())
        rememberFolder(file);
    return file;
}

QString askForDataset(QWidget *parent)
{
    return askForFile(parent, QStringLiteral("Open a dataset"),
                      QStringLiteral("Datasets (%1);;All files (*)").arg(QLatin1String(kDatasetNames)));
}

QString askForDatasetOrModel(QWidget *parent)
{
    return askForFile(
        parent, QStringLiteral("Open a dataset or a model"),
        QStringLiteral("Datasets and models (%1 *.dankmodel);;All files (*)").arg(QLatin1String(kDatasetNames)));
}

QStringList askForPictures(QWidget *parent)
{
    const QStringList files = QFileDialog::getOpenFileNames(
        parent, QStringLiteral("Rate files"), rememberedFolder(),
        QStringLiteral("Pictures (*.jpg *.jpeg *.png *.webp *.bmp *.gif *.heic *.heif *.hif *.avif);;All files (*)"));
    if (!files.isEmpty())
        rememberFolder(files.first());
    return files;
}

QString askWhereToSave(QWidget *parent, const QString &title, const QString &suggested, const QString &ending)
{
    const QString file = QFileDialog::getSaveFileName(parent, title, suggested,
                                                      QStringLiteral("%1 (*%2)").arg(ending.mid(1).toUpper(), ending));
    return file.isEmpty() || file.endsWith(ending, Qt::CaseInsensitive) ? file : file + ending;
}

void showShortcuts(QWidget *parent, const QMenuBar &bar)
{
    QList<std::pair<QString, QString>> rows;
    collect(bar.actions(), rows);
    rows << std::pair{QStringLiteral("Ctrl+F"), QStringLiteral("Filter the memes (Dataset) or runs (Train)")}
         << std::pair{QStringLiteral("Space"), QStringLiteral("Preview the chosen meme")}
         << std::pair{QStringLiteral("Del"), QStringLiteral("Exclude the chosen memes, or trash the chosen run")}
         << std::pair{QStringLiteral("F2"), QStringLiteral("Note on the chosen run (Train)")}
         << std::pair{QStringLiteral("Ctrl+Shift+C"), QStringLiteral("Copy the chart that has the focus")}
         << std::pair{QStringLiteral("Ctrl+Shift+E"), QStringLiteral("Export the chart that has the focus")};
    QDialog dialog(parent);
    dialog.setWindowTitle(QStringLiteral("Shortcuts"));
    auto *layout = new QVBoxLayout(&dialog);
    layout->setContentsMargins(20, 20, 20, 14);
    layout->setSpacing(14);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(6);
    const int perColumn = static_cast<int>((rows.size() + 1) / 2);
    for (int i = 0; i < rows.size(); ++i) {
        const int column = 3 * (i / perColumn);
        grid->addWidget(new TextLabel(rows[i].first, static_cast<int>(TextRole::Heading)), i % perColumn, column);
        grid->addWidget(new TextLabel(rows[i].second, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted),
                        i % perColumn, column + 1);
    }
    grid->setColumnMinimumWidth(2, 20);
    layout->addLayout(grid);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, &dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    layout->addWidget(buttons);
    dialog.exec();
}

void showAbout(QWidget *parent)
{
    QMessageBox box(parent);
    box.setWindowTitle(QStringLiteral("About Dank Learning"));
    box.setTextFormat(Qt::PlainText);
    box.setIconPixmap(icon(QStringLiteral("dank-learning"), tokensFor(box.palette()).accent)
                          .pixmap(QSize(64, 64), box.devicePixelRatioF()));
    box.setText(QStringLiteral("Dank Learning %1").arg(QLatin1String(DANK_VERSION)));
    box.setInformativeText(
        QStringLiteral("Trains on memes and their upvotes, and says how dank a new one is. Everything stays on this "
                       "computer.\n\nQt %1 · QCustomPlot %2\nGPL-3.0-or-later, without any warranty.")
            .arg(QLatin1String(qVersion()), QLatin1String(QCUSTOMPLOT_VERSION_STR)));
    box.setStandardButtons(QMessageBox::Close);
    box.exec();
}

}  // namespace dank::ui
