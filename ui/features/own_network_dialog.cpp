#include "ui/features/own_network_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QPushButton>

#include "ui/widgets/read_only_text.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 580;
constexpr qint64 kMaxDescription = 64 * 1024;
constexpr int kLongestName = 48;

QString shownName(const QString &file)
{
    return menuText(QFileInfo(file).fileName(), kLongestName).replace(QLatin1String("&&"), QLatin1String("&"));
}

/// What is wrong with a description, or what it says. The engine reads it again, and strictly.
std::pair<bool, QString> readDescription(const QString &path)
{
    const QString name = shownName(path);
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return {false, QStringLiteral("%1 is missing. Write it like this, with the values of your network:").arg(name)};
    const QJsonObject json =
        file.size() > kMaxDescription ? QJsonObject() : QJsonDocument::fromJson(file.readAll()).object();
    const int side = json.value(QLatin1String("input_side")).toInt();
    const int columns = json.value(QLatin1String("columns")).toInt();
    if (side < 1 || columns < 1 || json.value(QLatin1String("mean")).toArray().size() != 3
        || json.value(QLatin1String("std")).toArray().size() != 3)
        return {false, QStringLiteral("%1 does not say all that is needed. Write it like this, with the values of your "
                                      "network:")
                           .arg(name)};
    const QString title = json.value(QLatin1String("title")).toString().simplified().left(kLongestName);
    return {true,
            QStringLiteral("%1 is there: %2%3 numbers from %4 × %4 pixels.")
                .arg(name, title.isEmpty() ? QString() : QStringLiteral("“%1”, ").arg(title), groupedNumber(columns))
                .arg(side)};
}

}  // namespace

OwnNetworkDialog::OwnNetworkDialog(const QString &file, QWidget *parent)
    : FittedDialog(kWidth, parent), m_file(file),
      m_finding(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal)), m_help(new QWidget)
{
    setWindowTitle(QStringLiteral("Your own network"));
    auto *layout = newBox<QVBoxLayout>(12, this, {20, 18, 20, 16});
    auto *top = newBox<QHBoxLayout>(12);
    auto *sign = new QLabel;
    sign->setPixmap(
        icon(QStringLiteral("warning"), tokensFor(palette()).warn).pixmap(QSize(28, 28), devicePixelRatioF()));
    top->addWidget(sign, 0, Qt::AlignTop);
    top->addWidget(new TextLabel(QStringLiteral("This file is a program"), static_cast<int>(TextRole::Title)), 1);
    layout->addLayout(top);
    auto *path = paragraph(file, this, TextRole::Body);
    path->setWordWrap(false);
    path->setElided(true);
    layout->addWidget(path);
    layout->addWidget(paragraph(
        QStringLiteral("Using a TorchScript file runs what its author wrote, and that can do anything that you can do: "
                       "read, change, send or delete your files. Go on only if you trust whoever made it."),
        this, TextRole::Body, TextLabel::Tone::Normal));
    layout->addWidget(m_finding);

    auto *help = newBox<QVBoxLayout>(8, m_help);
    auto *text = makeReadOnlyText(QStringLiteral("Example of a description"), true);
    setReadOnlyText(text, example());
    help->addWidget(text);
    help->addWidget(
        paragraph(QStringLiteral("input_side is the side of the square pictures that it takes, columns how many "
                                 "numbers it gives for each. mean and std are taken off and divided by, for red, "
                                 "green and blue in 0..1. title and crop_side may be left out."),
                  this, TextRole::Body));
    auto *copy = new QPushButton(QStringLiteral("Cop&y example"));
    help->addWidget(copy, 0, Qt::AlignLeft);
    connect(copy, &QPushButton::clicked, this, [] { QGuiApplication::clipboard()->setText(example()); });
    layout->addWidget(m_help);

    auto *buttons = new QDialogButtonBox(this);
    m_accept = buttons->addButton(QStringLiteral("I &trust its author: use it"), QDialogButtonBox::AcceptRole);
    m_accept->setAutoDefault(false);
    QPushButton *cancel = buttons->addButton(QDialogButtonBox::Cancel);
    cancel->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    look();
    cancel->setFocus();
}

QString OwnNetworkDialog::descriptionPath(const QString &file)
{
    const QFileInfo info(file);
    return info.path() + QLatin1Char('/') + info.completeBaseName() + QStringLiteral(".json");
}

QString OwnNetworkDialog::example()
{
    return QStringLiteral("{\"title\": \"My network\", \"input_side\": 224, \"columns\": 512,\n"
                          " \"mean\": [0.485, 0.456, 0.406], \"std\": [0.229, 0.224, 0.225],\n"
                          " \"crop_side\": 256}");
}

void OwnNetworkDialog::look()
{
    const auto [good, text] = readDescription(descriptionPath(m_file));
    m_finding->setText(text);
    m_help->setVisible(!good);
    m_accept->setEnabled(good);
    m_accept->setToolTip(good ? QString() : QStringLiteral("Its description has to be there first"));
}

/// It may have been written in another window meanwhile.
void OwnNetworkDialog::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::ActivationChange && isActiveWindow() && layout())
        look();
    FittedDialog::changeEvent(event);
}

}  // namespace dank::ui
