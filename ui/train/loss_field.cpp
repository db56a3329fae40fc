#include "ui/train/loss_field.h"

#include <QComboBox>
#include <QLineEdit>

#include "core/base/error.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

LossField::LossField(QWidget *parent) : QWidget(parent), m_list(new Calm<QComboBox>), m_line(new QLineEdit)
{
    auto *column = newBox<QVBoxLayout>(4, this);
    column->addWidget(m_list);
    column->addWidget(m_line);
    m_list->addItem(tr("squared error"), QStringLiteral("mse"));
    m_list->addItem(tr("Huber"), QStringLiteral("huber"));
    m_list->addItem(tr("cross-entropy"), QStringLiteral("bce"));
    m_list->addItem(tr("ranking pairs"), QStringLiteral("ranknet"));
    m_list->addItem(tr("cross-entropy + ½ ranking"), QStringLiteral("bce+0.5ranknet"));
    m_list->addItem(tr("a weighted sum…"), QString());
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(8);
    m_list->setAccessibleName(tr("Loss"));
    m_line->setAccessibleName(tr("Loss as a weighted sum"));
    m_line->setPlaceholderText(QStringLiteral("bce+0.5ranknet"));
    m_line->setToolTip(tr("Terms joined by +, each with a weight in front of it where that is not 1: mse, huber or "
                          "huber:0.2 (where it turns from square to straight), bce, ranknet."));
    setFocusProxy(m_list);
    connect(m_list, &QComboBox::activated, this, [this] {
        // A sum begins with what was chosen last.
        if (!m_list->currentData().toString().isEmpty())
            m_line->setText(m_list->currentData().toString());
        showLine();
        if (m_line->isVisibleTo(this))
            m_line->setFocus();
        emit edited();
    });
    connect(m_line, &QLineEdit::textEdited, this, &LossField::edited);
    setLoss({LossTerm{}});
}

void LossField::setLoss(const std::vector<LossTerm> &loss)
{
    const QString text = QString::fromStdString(lossText(loss));
    const int known = m_list->findData(text);
    m_list->setCurrentIndex(known >= 0 ? known : m_list->count() - 1);
    m_line->setText(text);
    showLine();
}

QString LossField::read(std::vector<LossTerm> &loss) const
{
    const QString known = m_list->currentData().toString();
    try {
        loss = lossFromText((known.isEmpty() ? m_line->text() : known).toStdString());
    } catch (const Error &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

void LossField::showLine()
{
    m_line->setVisible(m_list->currentData().toString().isEmpty());
}

TrainField lossField(const Edited &edited)
{
    auto *field = new LossField;
    QObject::connect(field, &LossField::edited, field, [edited] { edited(); });
    return {LossField::tr("Loss"),
            LossField::tr("What is made small. Squared error and Huber measure the distance, cross-entropy suits "
                          "percentiles, ranking compares pairs of one group and cannot learn the group itself."),
            field,
            [field](const TrainConfig &config) { field->setLoss(config.loss); },
            [field](TrainConfig &config) { return field->read(config.loss); },
            [](const TrainConfig &config) { return QString::fromStdString(lossText(config.loss)); }};
}

}  // namespace dank::ui
